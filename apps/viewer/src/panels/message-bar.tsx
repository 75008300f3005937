import { message } from '../state/store.js';

/** The last error or note; errors are read out at once. */
export function MessageBar() {
  const shown = message.value;
  return (
    <div class="messages" role={shown?.kind === 'error' ? 'alert' : 'status'}>
      {shown !== undefined && (
        <p class={shown.kind}>
          <span>{shown.text}</span>
          <button type="button" aria-label="Close this message" onClick={() => (message.value = undefined)}>
            ×
          </button>
        </p>
      )}
    </div>
  );
}
