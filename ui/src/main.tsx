import { MutationCache, onlineManager, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError, connection, errorMessage, sessionQuery, whenSignedOut } from './api';
import { KitProvider, toast } from './kit';
import { makeRouter } from './routes';
import { loadAhead } from './shell';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Commits of the server make data stale; see api/events.
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      // The client itself repeats what is worth repeating.
      retry: false,
      refetchOnWindowFocus: false,
    },
    mutations: { retry: false },
  },
  mutationCache: new MutationCache({
    // A mutation that shows its error where it happened says so by meta.quiet.
    onError: (error, _variables, _context, mutation) => {
      if (mutation.meta?.['quiet']) return;
      const id = error instanceof ApiError && error.requestId ? ` Request ${error.requestId}.` : '';
      toast({ title: 'That did not work', detail: errorMessage(error) + id, tone: 'error' });
    },
  }),
});

const router = makeRouter(queries);

// The code of the page comes while the session is still being asked for.
for (const route of router.getMatchedRoutes(router.latestLocation.pathname)[0]) {
  void router.loadRouteChunk(route)?.catch(() => undefined);
}
loadAhead(location.pathname, queries);

whenSignedOut(() => {
  void queries.fetchQuery({ ...sessionQuery, staleTime: 0 }).then((session) => {
    if (session.state !== 'signed-in') void router.invalidate();
  });
});

// While the server cannot be reached, changes wait in order and are sent when it answers again.
connection.subscribe(() => onlineManager.setOnline(connection.get() === 'online'));

// While offline, ask now and then, so that the page wakes up by itself.
setInterval(() => {
  if (connection.get() === 'online') return;
  void queries.fetchQuery({ ...sessionQuery, staleTime: 0 }).then(
    () => queries.invalidateQueries(),
    () => undefined,
  );
}, 3_000);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <KitProvider>
          <RouterProvider router={router} />
        </KitProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
