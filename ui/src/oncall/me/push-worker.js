// Shows alerts that the server pushes to this browser, also when no page is open. It keeps nothing and fetches no page.
self.addEventListener('push', (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(
    self.registration.showNotification(told.title || 'On-call', {
      body: told.body || '',
      tag: told.tag || undefined,
      renotify: Boolean(told.tag),
      requireInteraction: told.priority === 'P1' || told.priority === 'P2',
      data: { url: told.url, ackUrl: told.ackUrl },
      actions: told.ackUrl ? [{ action: 'acknowledge', title: 'Acknowledge' }] : [],
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { url, ackUrl } = event.notification.data || {};
  const wanted = event.action === 'acknowledge' && ackUrl ? ackUrl : url;
  if (!wanted) return;
  event.waitUntil(
    self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((windows) => {
      const open = windows.find((each) => each.url === wanted);
      return open ? open.focus() : self.clients.openWindow(wanted);
    }),
  );
});
