import { layerKind, painting } from '../state/store.js';

const number = (value: number) => String(Number(value.toPrecision(2)));

/** Which grey or colour is which value; nothing for layers whose colours are no scale. */
export function ScaleBar() {
  const white = painting.value?.white;
  if (white === undefined) return <div class="scale" />;
  const isError = layerKind.value === 'error' || layerKind.value === 'uncertainty';
  return (
    <div class="scale" role="img" aria-label={`Scale from 0 to ${number(white)}`}>
      <span>0</span>
      <span class={isError ? 'ramp heat' : 'ramp grey'} />
      <span>
        {isError ? '≥ ' : ''}
        {number(white)}
      </span>
    </div>
  );
}
