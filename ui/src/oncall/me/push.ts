import { api } from '../../api';
import { rest } from '../queries';

export type PushState = 'unsupported' | 'denied' | 'off' | 'on';

const supported = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window && window.isSecureContext;

/** The worker lies among the assets; its scope may be no wider, and need not be: it only shows messages. */
const workerUrl = new URL('./push-worker.js', import.meta.url).href;

async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker.getRegistration(new URL('.', workerUrl).href);
}

/** Whether this browser is told of alerts, and could be. */
export async function pushState(): Promise<PushState> {
  if (!supported()) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  const found = await (await registration())?.pushManager.getSubscription();
  return found ? 'on' : 'off';
}

/** A key as the browser wants it: the bytes of base64url. */
export function keyBytes(text: string): Uint8Array<ArrayBuffer> {
  const base64 = text.replace(/-/g, '+').replace(/_/g, '/').padEnd(Math.ceil(text.length / 4) * 4, '=');
  const raw = atob(base64);
  const bytes = new Uint8Array(new ArrayBuffer(raw.length));
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Asks the reader and the browser's push service, then tells the server. */
export async function subscribe(serverKey: string): Promise<void> {
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') throw new Error('The browser was not allowed to show notifications. Its settings for this site can change that.');
  const worker = await navigator.serviceWorker.register(workerUrl);
  await waitUntilActive(worker);
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyBytes(serverKey) });
  const { endpoint, keys } = made.toJSON();
  await api.post(`${rest}/push`, { endpoint, keys });
}

function waitUntilActive(worker: ServiceWorkerRegistration): Promise<void> {
  if (worker.active) return Promise.resolve();
  const starting = worker.installing ?? worker.waiting;
  return new Promise((resolve) => {
    starting?.addEventListener('statechange', () => starting.state === 'activated' && resolve());
    if (!starting) resolve();
  });
}

/** Ends this browser's subscription and gives its address, which is the contact to delete. */
export async function unsubscribe(): Promise<string | null> {
  const found = await (await registration())?.pushManager.getSubscription();
  if (!found) return null;
  await found.unsubscribe();
  return found.endpoint;
}
