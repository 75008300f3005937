import { expect, test, vi } from 'vitest';
import { FormatError } from './format-error.js';
test('the message says file, place, problem, expectation and remedy, as far as they are known', () => {
    const error = new FormatError({
        name: 'a.npz',
        offset: 0,
        problem: 'bad',
        expected: 'good',
        fix: 'Try again',
    });
    expect(error.message).toBe('a.npz at byte 0: bad; expected good. Try again');
    expect(new FormatError({ name: 'a.npz', problem: 'bad' }).message).toBe('a.npz: bad');
    expect(error).toMatchObject({ name: 'FormatError', file: 'a.npz', offset: 0, expected: 'good' });
});
test('instanceof holds across copies of the module, and for nothing else', async () => {
    vi.resetModules();
    const copy = await import('./format-error.js');
    expect(copy.FormatError).not.toBe(FormatError);
    expect(new copy.FormatError({ name: 'a', problem: 'b' })).toBeInstanceOf(FormatError);
    expect(new Error('x')).not.toBeInstanceOf(FormatError);
    for (const value of [null, undefined, 3, 'FormatError'])
        expect(value).not.toBeInstanceOf(FormatError);
});
