import { useEffect } from 'preact/hooks';
import { ComparePanel } from './panels/compare-panel.js';
import { DownloadPanel } from './panels/download-panel.js';
import { EngineLine } from './panels/engine-line.js';
import { MessageBar } from './panels/message-bar.js';
import { PicturePanel } from './panels/picture-panel.js';
import { SpectraPanel } from './panels/spectra-panel.js';
import { KeysPanel } from './panels/keys-panel.js';
import { onKey } from './state/keys.js';
import { openFiles } from './state/actions.js';
import { size } from './state/store.js';
import { BandBar } from './view/band-bar.js';
import { EmptyView } from './view/empty-view.js';
import { LayerBar } from './view/layer-bar.js';
import { PictureView } from './view/picture-view.js';

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
          <KeysPanel />
        </aside>
      </main>
    </>
  );
}
