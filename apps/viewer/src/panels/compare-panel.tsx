import { useRef } from 'preact/hooks';
import { closeTruth, openTruth } from '../state/actions.js';
import { busy, cube, scores, truth } from '../state/store.js';

/** Scores against a cube that is known to be right. */
export function ComparePanel() {
  const input = useRef<HTMLInputElement>(null);
  if (cube.value === undefined) return null;
  return (
    <section class="panel">
      <h2>Comparison with a truth</h2>
      {truth.value === undefined ? (
        <p class="quiet">
          Open a measured cube of the same picture (.npy, .npz, .mat, .h5, ENVI) to see scores and errors.
        </p>
      ) : (
        <>
          <p class="name" title={truth.value.name}>
            {truth.value.name}
          </p>
          <table>
            <tbody>
              {scores.value.map(({ name, value, unit, why }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td title={why ?? ''}>
                    {value === undefined ? 'not defined' : `${Number(value.toPrecision(4))} ${unit}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept=".npy,.npz,.mat,.h5,.hdf5,.hdr,.img,.dat,.bil,.bip,.bsq,.json"
        onChange={(event) => {
          void openTruth([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      <div class="row">
        <button type="button" disabled={busy.value !== undefined} onClick={() => input.current!.click()}>
          Open the truth
        </button>
        {truth.value !== undefined && (
          <button type="button" disabled={busy.value !== undefined} onClick={() => void closeTruth()}>
            Close it
          </button>
        )}
      </div>
    </section>
  );
}
