import { render } from 'preact';
import { App } from './app.js';
import { followStore, startEngine } from './state/actions.js';
import './style.css';

render(<App />, document.getElementById('app')!);
followStore();
void startEngine();
// Works without a network from the second visit on; not while developing, where files change.
if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('./sw.js');
