import { keyList } from '../state/keys.js';

/** What can be done without a pointer. */
export function KeysPanel() {
  return (
    <details class="panel">
      <summary>Keys</summary>
      <dl class="keys">
        {keyList.map(([keys, does]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">
        They work while no field or button has the focus. Places are pinned by typing them above.
      </p>
    </details>
  );
}
