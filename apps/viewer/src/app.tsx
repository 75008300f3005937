import { useEffect } from 'preact/hooks';
import { ComparePanel } from './panels/compare-panel.js';
import { DownloadPanel } from './panels/download-panel.js';
import { EngineLine } from './panels/engine-line.js';
import { MessageBar } from './panels/message-bar.js';
import { PicturePanel } from './panels/picture-panel.js';
import { SpectraPanel } from './panels/spectra-panel.js';
import { openFiles, stepBand } from './state/actions.js';
import { cube, playing, size, viewport } from './state/store.js';
import { BandBar } from './view/band-bar.js';
import { EmptyView } from './view/empty-view.js';
import { LayerBar } from './view/layer-bar.js';
import { PictureView } from './view/picture-view.js';
import { zoomBy } from './view/viewport.js';

/** True where a key belongs to what has the focus. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, select, textarea, button, dialog, summary') !== null
  );
}

function onKey(event: KeyboardEvent): void {
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => stepBand(-1),
    ArrowRight: () => stepBand(1),
    ' ': () => {
      playing.value = cube.value !== undefined && !playing.value;
    },
    '+': () => zoomBy(1.5),
    '-': () => zoomBy(1 / 1.5),
    '0': () => {
      viewport.value = undefined;
    },
  };
  const action = keys[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}

function onPaste(event: ClipboardEvent): void {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length === 0) return;
  event.preventDefault();
  void openFiles(files);
}

export function App() {
  useEffect(() => {
    const onDrop = (event: DragEvent) => {
      event.preventDefault();
      void openFiles([...(event.dataTransfer?.files ?? [])]);
    };
    const onDragOver = (event: DragEvent) => event.preventDefault();
    addEventListener('keydown', onKey);
    addEventListener('paste', onPaste);
    addEventListener('drop', onDrop);
    addEventListener('dragover', onDragOver);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('paste', onPaste);
      removeEventListener('drop', onDrop);
      removeEventListener('dragover', onDragOver);
    };
  }, []);
  return (
    <>
      <header>
        <h1>Prismamba viewer</h1>
        <p>A photo in, a spectrum out, on your own machine. Nothing is uploaded.</p>
        <EngineLine />
      </header>
      <main>
        <section class="stage" aria-label="Picture">
          <MessageBar />
          {size.value === undefined ? (
            <EmptyView />
          ) : (
            <>
              <LayerBar />
              <PictureView />
              <BandBar />
            </>
          )}
        </section>
        <aside aria-label="Tools">
          <PicturePanel />
          <SpectraPanel />
          <ComparePanel />
          <DownloadPanel />
        </aside>
      </main>
    </>
  );
}
