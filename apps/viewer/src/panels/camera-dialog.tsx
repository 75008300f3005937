import { useEffect, useRef, useState } from 'preact/hooks';
import { openPhoto } from '../state/actions.js';

/** Why there is no picture from the camera, in words of the page. */
function explain(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError')
    return 'This page may not use the camera: allow it in the browser’s settings for this page.';
  if (name === 'NotFoundError') return 'There is no camera here.';
  return `The camera did not start (${error instanceof Error ? error.message : String(error)}).`;
}

/** Shows the camera; one button takes the picture. */
export function CameraDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<{ ready: boolean; error?: string }>({ ready: false });
  useEffect(() => {
    let stream: MediaStream | undefined;
    let isClosed = false;
    dialog.current!.showModal();
    const start = async () => {
      if (!('mediaDevices' in navigator)) throw new Error('this page is not served over https');
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment', width: { ideal: 1920 } },
      });
      if (isClosed) {
        stream.getTracks().forEach((track) => track.stop());
        return;
      }
      video.current!.srcObject = stream;
      await video.current!.play();
      setState({ ready: true });
    };
    start().catch((error: unknown) => setState({ ready: false, error: explain(error) }));
    return () => {
      isClosed = true;
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);
  const take = async () => {
    const { videoWidth: width, videoHeight: height } = video.current!;
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')!.drawImage(video.current!, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/png' });
    onClose();
    await openPhoto(blob, 'camera.png');
  };
  return (
    <dialog ref={dialog} aria-label="Camera" onClose={onClose}>
      {state.error === undefined ? (
        <video ref={video} playsInline muted aria-label="What the camera sees" />
      ) : (
        <p role="alert">{state.error}</p>
      )}
      <div class="row">
        <button type="button" class="primary" disabled={!state.ready} onClick={() => void take()}>
          Take the picture
        </button>
        <button type="button" onClick={() => dialog.current!.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
