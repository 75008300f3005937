import { expect, it } from 'vitest';
import { decodeView, encodeView, type View } from './view-link.js';

it('is read as it was written', () => {
  const view: View = {
    scene: 3,
    layer: 'false-colour',
    beside: 'photo',
    divider: 0.25,
    band: 12,
    falseColour: [20, 10, 2],
    pins: [
      { x: 1, y: 2, width: 1, height: 1 },
      { x: 10, y: 20, width: 5, height: 6 },
    ],
    viewport: { scale: 2.5, x: 100.25, y: 30 },
    weights: 'gmsr-net/photo',
  };
  const text = encodeView(view);
  expect(text).toContain('pins=1,2,1,1;10,20,5,6');
  expect(decodeView(`#${text}`)).toEqual(view);
});

it('leaves out what cannot be read', () => {
  expect(
    decodeView(
      '#layer=nothing&beside=none&divider=2&band=-1&colours=1,2&pins=1,2;a,b,1,1;3,4,0,1&view=0,1,2&scene=1.5',
    ),
  ).toEqual({
    scene: undefined,
    layer: undefined,
    beside: undefined,
    divider: undefined,
    band: undefined,
    falseColour: undefined,
    pins: [],
    viewport: undefined,
    weights: undefined,
  });
});
