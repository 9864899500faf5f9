// One argument of a command as a field of a form.
import { type ArgumentField, initialOf } from './command-forms.ts';

interface Props {
  field: ArgumentField;
  /** Undefined until somebody typed. */
  value: string | undefined;
  onChange: (value: string) => void;
}

export function ArgumentInput({ field, value = initialOf(field), onChange }: Props) {
  switch (field.kind) {
    case 'choice':
      return (
        <label>
          <span>{field.label}</span>
          <select className="text-field" value={value} onChange={(event) => onChange(event.target.value)}>
            {field.choices.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
        </label>
      );
    case 'switch':
      return (
        <label>
          <span>{field.label}</span>
          <input type="checkbox" checked={value === 'true'} onChange={(event) => onChange(String(event.target.checked))} />
        </label>
      );
    case 'number':
      return (
        <label>
          <span>{field.label}</span>
          <input
            className="text-field"
            inputMode="numeric"
            value={value}
            title={`${field.least} to ${field.most}`}
            onChange={(event) => onChange(event.target.value)}
          />
        </label>
      );
    case 'text':
      return (
        <label>
          <span>{field.label}</span>
          <input
            className="text-field"
            spellCheck={false}
            autoComplete="off"
            required={field.needed}
            value={value}
            placeholder={field.example}
            onChange={(event) => onChange(event.target.value)}
          />
        </label>
      );
  }
}
