// One setting of a few choices: radio buttons that look joined, so that arrow keys and screen readers find what they know.
import { useId } from 'react';

interface ChoiceProps<T extends string> {
  label: string;
  hint?: string;
  value: T;
  choices: readonly T[];
  words: Readonly<Record<T, string>>;
  onChange: (choice: T) => void;
}

export function Choice<T extends string>({ label, hint, value, choices, words, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset className="setting" aria-describedby={hint === undefined ? undefined : `${id}-hint`}>
      <legend>{label}</legend>
      <div className="joined">
        {choices.map((choice) => (
          <label key={choice} data-chosen={choice === value || undefined}>
            <input type="radio" name={id} value={choice} checked={choice === value} onChange={() => onChange(choice)} />
            {words[choice]}
          </label>
        ))}
      </div>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="t3 small">
          {hint}
        </p>
      )}
    </fieldset>
  );
}
