import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { program } from '../program.js';

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});
const summary = (...args: string[]) => program().parseAsync(['node', 'prismamba', 'summary', ...args]);

it('lists layers, honest cost by kind, and the published convention as MACs and twice as many', async () => {
  await summary('gmsr-net', '--size', '482x512');
  expect(printed).toMatch(/VSS3 +│ VSSBlock +│ \[1, 482, 512, 31\] +│ +20,026 │ +7\.803 G/);
  expect(printed).toContain('44,980 parameters, of which 122 are in the official state but never used\n');
  expect(printed).toContain(
    '16.043 G MACs: convolution 1.635 G, linear 2.163 G, projection 4.296 G, scan 7.948 G\n',
  );
  expect(printed).toContain('18,666 parameters, 3.994 G MACs, 2 x MACs 7.988 G\n');
});

it('counts a network without padding at a size that it takes, and says so', async () => {
  await summary('mscnn', '--size', '482x512');
  expect(printed).toContain('154.927 G MACs');
  expect(printed).toContain(
    '482 x 512 is not possible: sides must be multiples of 16; counted at 480 x 512\n',
  );
});

it('refuses sizes that are none, or too small', async () => {
  await expect(summary('gmsr-net', '--size', '482')).rejects.toThrow('--size 482: wanted HEIGHTxWIDTH');
  await expect(summary('gmsr-net', '--size', '2x9')).rejects.toThrow(
    '--size 2x9: gmsr-net takes sides of at least 3',
  );
});
