import { OpenButtons } from '../panels/open-buttons.js';
import { busy } from '../state/store.js';

/** What a visitor sees first. */
export function EmptyView() {
  return (
    <div class="empty">
      <h2>Drop a photo here</h2>
      <p>
        …or paste one, or choose a file. It becomes a cube of 31 bands from 400 to 700 nm in this browser.
        Spectral cubes (.npy, .npz, .mat, .h5, ENVI) are shown as they are.
      </p>
      <OpenButtons />
      <p class="quiet" role="status">
        {busy.value === undefined ? '' : `${busy.value} …`}
      </p>
    </div>
  );
}
