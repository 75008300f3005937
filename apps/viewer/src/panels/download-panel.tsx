import { useState } from 'preact/hooks';
import { saveFile } from '../state/save-file.js';
import { downloadCube, downloadSpectra, linkToView } from '../state/actions.js';
import { busy, cube, painting, sceneSeed, size, spectra } from '../state/store.js';

/** The picture as it is shown, every pixel of it, as PNG. */
async function downloadPicture(): Promise<void> {
  const { value: shown } = painting;
  if (shown === undefined) return;
  const { bitmap } = shown;
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  saveFile(`${size.value?.name ?? 'picture'}.png`, [new Uint8Array(await blob.arrayBuffer())]);
}

function LinkButton() {
  const [words, setWords] = useState<string>();
  const copy = async () => {
    const link = linkToView();
    history.replaceState(null, '', link);
    const isCopied = await navigator.clipboard.writeText(link).then(
      () => true,
      () => false,
    );
    const where = isCopied ? 'Copied.' : 'It stands in the address bar.';
    setWords(
      sceneSeed.value === undefined ? `${where} Whoever opens it has to open the same picture there.` : where,
    );
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        Link to this view
      </button>
      <span class="quiet" role="status">
        {words}
      </span>
    </>
  );
}

/** Everything that can be taken away. */
export function DownloadPanel() {
  if (cube.value === undefined) return null;
  const isBusy = busy.value !== undefined;
  return (
    <section class="panel">
      <h2>Download</h2>
      <div class="row">
        <button type="button" disabled={isBusy} onClick={() => void downloadCube('npy')}>
          Cube .npy
        </button>
        <button type="button" disabled={isBusy} onClick={() => void downloadCube('envi')}>
          ENVI
        </button>
        <button type="button" disabled={isBusy} onClick={() => void downloadCube('mat')}>
          MATLAB
        </button>
        <button type="button" disabled={spectra.value.length === 0} onClick={downloadSpectra}>
          Spectra .csv
        </button>
        <button type="button" onClick={() => void downloadPicture()}>
          Picture .png
        </button>
        <LinkButton />
      </div>
    </section>
  );
}
