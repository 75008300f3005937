import { describe, expect, it } from 'vitest';
import { bestOf, isLargerBetter, scoresCsv, scoreTable, type ModelScores } from './score-table.js';

const model = (title: string, RMSE: number, PSNR: number): ModelScores => ({
  model: title.toLowerCase(),
  title,
  parameters: 1,
  mean: { standard: { RMSE, PSNR } },
  scenes: [{ scene: 'a, "b"', seconds: 1, scores: { standard: { RMSE, PSNR } } }],
});
const models = [model('One', 0.02, 34), model('Two', 0.01, NaN)];

describe('score table', () => {
  it('marks the best of each row by its direction, and never a NaN', () => {
    expect(isLargerBetter('PSNR')).toBe(true);
    expect(isLargerBetter('RMSE')).toBe(false);
    expect(bestOf(models, 'standard', 'RMSE')).toBe(1);
    expect(bestOf(models, 'standard', 'PSNR')).toBe(0);
    expect(bestOf([model('One', NaN, NaN)], 'standard', 'RMSE')).toBe(-1);
    const table = scoreTable(models);
    expect(table).toMatch(/RMSE \(lower is better\) +│ +0\.0200 +│ +0\.0100 \* │/);
    expect(table).toMatch(/PSNR \(higher is better\) +│ +34\.00 \* │ +NaN +│/);
  });
  it('says why a scene has no scores', () => {
    const note = "scene 'a' has no scores under 'masked': no pixel of it";
    const [one] = models;
    const table = scoreTable([{ ...one!, mean: { ...one!.mean, masked: {} }, notes: [note] }]);
    expect(table).not.toMatch(/masked .*NaN/);
    expect(table.split('\n').at(-1)).toBe(`note: ${note}`);
  });
  it('writes CSV with a line a scene and a mean', () => {
    expect(scoresCsv(models.slice(0, 1), { experiment: 'e', seed: 3, settings: ['a=1', 'b=2'] })).toBe(
      [
        'experiment,seed,settings,model,scene,protocol,score,value',
        'e,3,a=1; b=2,one,"a, ""b""",standard,RMSE,0.02',
        'e,3,a=1; b=2,one,"a, ""b""",standard,PSNR,34',
        'e,3,a=1; b=2,one,MEAN,standard,RMSE,0.02',
        'e,3,a=1; b=2,one,MEAN,standard,PSNR,34',
        '',
      ].join('\n'),
    );
  });
});
