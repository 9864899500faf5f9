import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { UploadSpace } from './upload-space.ts';

const GIB = 1024 ** 3;
const disk = (freeBytes: number, sizeBytes: number): UploadSpace => new UploadSpace(async () => ({ freeBytes, sizeBytes }));

test('a twentieth of a small disk, and 2 GiB of a large one, stay free', async () => {
  await disk(2 * GIB, 20 * GIB).claim('', 1 * GIB);
  await expect(disk(2 * GIB, 20 * GIB).claim('', 1 * GIB + 1)).rejects.toMatchObject({ status: 507, code: 'unavailable' });
  await disk(3 * GIB, 1000 * GIB).claim('', 1 * GIB);
  await expect(disk(3 * GIB, 1000 * GIB).claim('', 1.5 * GIB)).rejects.toThrow(
    '3072 MiB are free, 2048 MiB stay free and 1536 MiB are wanted',
  );
});

test('what others have announced is taken until they end', async () => {
  const space = disk(10 * GIB, 20 * GIB);
  const end = await space.claim('', 6 * GIB);
  await expect(space.claim('', 4 * GIB)).rejects.toThrow('10240 MiB are wanted');
  end();
  await space.claim('', 4 * GIB);
});

test('a real disk is looked at', async () => {
  await expect(new UploadSpace().claim(tmpdir(), Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ status: 507 });
  await expect(new UploadSpace().check('/nowhere/at/all')).rejects.toThrow('ENOENT');
});
