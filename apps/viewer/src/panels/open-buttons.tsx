import { useRef, useState } from 'preact/hooks';
import { openFiles, openScene } from '../state/actions.js';
import { busy, sceneSeed } from '../state/store.js';
import { CameraDialog } from './camera-dialog.js';

/** Pictures that browsers read, and cubes. */
const ACCEPTED = 'image/*,.npy,.npz,.mat,.h5,.hdf5,.hdr,.img,.dat,.bil,.bip,.bsq,.json';

/** The ways in: files, camera, a scene made here. */
export function OpenButtons() {
  const input = useRef<HTMLInputElement>(null);
  const [camera, setCamera] = useState(false);
  const isBusy = busy.value !== undefined;
  return (
    <div class="row">
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        onChange={(event) => {
          void openFiles([...(event.currentTarget.files ?? [])]);
          // The same file can be chosen again.
          event.currentTarget.value = '';
        }}
      />
      <button type="button" class="primary" disabled={isBusy} onClick={() => input.current!.click()}>
        Choose a file
      </button>
      <button type="button" disabled={isBusy} onClick={() => setCamera(true)}>
        Camera
      </button>
      <button
        type="button"
        disabled={isBusy}
        onClick={() => void openScene(sceneSeed.value === undefined ? 1 : sceneSeed.value + 1)}
      >
        {sceneSeed.value === undefined ? 'Try a scene' : 'Another scene'}
      </button>
      {camera && <CameraDialog onClose={() => setCamera(false)} />}
    </div>
  );
}
