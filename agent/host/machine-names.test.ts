import { expect, test } from 'vitest';
import { parseCpuModel } from './machine-names.ts';

const BOARD = `processor\t: 0
BogoMIPS\t: 108.00
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x4
CPU part\t: 0xd0b
CPU revision\t: 1

Revision\t: d04170
Model\t\t: Raspberry Pi 5 Model B Rev 1.0
`;

test.each([
  ['a board of arm64', BOARD, 'ARM Cortex-A76'],
  ['x86-64', 'processor\t: 0\nmodel\t\t: 85\nmodel name\t: Intel(R) Xeon(R) CPU\n', 'Intel(R) Xeon(R) CPU'],
  [
    'two kinds of cores',
    'CPU implementer\t: 0x41\nCPU part\t: 0xd05\n\nCPU implementer\t: 0x41\nCPU part\t: 0xd0a\n',
    'ARM Cortex-A55 and ARM Cortex-A75',
  ],
  ['a core that has no name here', 'CPU implementer\t: 0x61\nCPU part\t: 0x022\n', 'Apple 0x022'],
  ['riscv64', 'hart\t: 0\nisa\t: rv64imafdc\nuarch\t: sifive,u74-mc\n', 'sifive,u74-mc'],
  ['nothing', '', ''],
])('the processor of %s', (_, cpuinfo, model) => {
  expect(parseCpuModel(cpuinfo)).toBe(model);
});
