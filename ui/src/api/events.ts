import type { QueryClient } from '@tanstack/react-query';
import { api } from './client';
import { type CommitEvent, staleKeys, type StaleKeys } from './stale';
import { EventParser, type ServerEvent } from './sse';

const firstWait = 1_000;
const longestWait = 30_000;
/** A stream that has said nothing for this long is dead: heartbeats come every 15 s. */
const silence = 45_000;
/** A hidden tab lets its connection go after this long: browsers allow six to a host. */
const hiddenFor = 60_000;
/** Commits that come close together cause one refetch. */
const gather = 200;

/**
 * Listens to the commits of the site and marks what they touched as stale, so
 * that every open list, board and record repaints. `products` say what their
 * entities make stale. `since` is the server's time before anything was read: what came after
 * that is told, so that nothing is missed between reading and listening. Returns how to stop.
 */
export function followCommits(queries: QueryClient, products: Readonly<Record<string, StaleKeys>>, since: string): () => void {
  // Opaque: the server alone reads it, to go on where this browser stopped.
  let lastId: string | null = null;
  let wait = firstWait;
  let attempt: AbortController | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let hidden: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let pending: CommitEvent[] = [];
  let flush: ReturnType<typeof setTimeout> | undefined;

  const apply = () => {
    flush = undefined;
    const commits = pending;
    pending = [];
    for (const queryKey of staleKeys(commits, products)) void queries.invalidateQueries({ queryKey });
  };

  const receive = (message: ServerEvent) => {
    if (message.id) lastId = message.id;
    if (message.event === 'reset') {
      void queries.invalidateQueries();
      return;
    }
    if (message.event !== 'commit') return;
    pending.push(JSON.parse(message.data) as CommitEvent);
    flush ??= setTimeout(apply, gather);
  };

  const read = async (signal: AbortSignal, abort: () => void) => {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (lastId) headers['Last-Event-ID'] = lastId;
    const stream = await api.stream(lastId ? '/api/events' : `/api/events?since=${encodeURIComponent(since)}`, { signal, headers });
    wait = firstWait;
    const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    const parser = new EventParser();
    for (;;) {
      const watchdog = setTimeout(abort, silence);
      const { done, value } = await reader.read().finally(() => clearTimeout(watchdog));
      if (done) return;
      for (const message of parser.push(value)) receive(message);
    }
  };

  const connect = async () => {
    const controller = new AbortController();
    attempt = controller;
    try {
      await read(controller.signal, () => controller.abort());
    } catch {
      // Reconnecting is the answer to every failure here; requests report their own.
    }
    if (attempt !== controller) return;
    attempt = null;
    if (stopped || document.hidden) return;
    retry = setTimeout(() => void connect(), wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, longestWait);
  };

  const disconnect = () => {
    clearTimeout(retry);
    const controller = attempt;
    attempt = null;
    controller?.abort();
  };

  const visibility = () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(disconnect, hiddenFor);
    else if (!attempt) {
      clearTimeout(retry);
      void connect();
    }
  };

  document.addEventListener('visibilitychange', visibility);
  window.addEventListener('online', visibility);
  void connect();
  return () => {
    stopped = true;
    clearTimeout(hidden);
    clearTimeout(flush);
    disconnect();
    document.removeEventListener('visibilitychange', visibility);
    window.removeEventListener('online', visibility);
  };
}
