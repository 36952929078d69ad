import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Breadcrumb, Button, EmptyState, ErrorState, holdKeys, IconButton, Menu, Skeleton, Tabs, useSlow, type MenuItem } from '../../kit';
import { Page, useCommands, useSignedIn } from '../../shell';
import { actOnAlert, useChange } from '../act';
import { snoozeChoices } from '../alerts/model';
import { useAlertActions } from '../alerts/useAlertActions';
import { copyText, PriorityMark } from '../parts/marks';
import type { AlertTab } from '../product';
import { alertQuery, rest, segment } from '../queries';
import { keys } from '../stale';
import type { AlertView } from '../wire';
import css from './Alert.module.css';
import { DeleteDialog, DetailsDialog, IncidentDialog, IssueDialog, SnoozeDialog, TargetDialog, type TargetAct } from './dialogs';
import { Properties } from './Properties';
import { DetailsTab, LogTab, NotesTab, PayloadTab, RespondersTab } from './tabs';

export function AlertPage(): ReactElement {
  const { id } = useParams({ from: '/inside/oncall/oncall/alerts/$id' });
  const view = useQuery(alertQuery(id));
  const crumbs = (last: string) => <Breadcrumb heading={!view.data}>{[<Link key="alerts" to="/oncall/alerts">Alerts</Link>, last]}</Breadcrumb>;
  if (view.data) return <Alert key={view.data.alert.id} view={view.data} />;
  if (view.isPending) {
    return (
      <Page title="Alert" head={crumbs('Alert')}>
        <Loading />
      </Page>
    );
  }
  const missing = view.error instanceof ApiError && view.error.status === 404;
  return (
    <Page title="Alert" head={crumbs('Alert')}>
      {missing ? (
        <EmptyState icon="bell" title="There is no such alert" action={<Link to="/oncall/alerts">To the alerts</Link>}>
          It may have been deleted, or the address is not complete.
        </EmptyState>
      ) : (
        <ErrorState what="load the alert" error={view.error} onRetry={() => void view.refetch()} />
      )}
    </Page>
  );
}

function Loading(): ReactElement | null {
  const slow = useSlow(true);
  if (!slow) return null;
  return (
    <div className={css['page']} role="status" aria-label="Loading">
      <div className={css['main']}>
        <Skeleton width="60%" height={24} style={{ display: 'block', marginBottom: 24 }} />
        <Skeleton width="90%" style={{ display: 'block', marginBottom: 12 }} />
        <Skeleton width="75%" style={{ display: 'block' }} />
      </div>
    </div>
  );
}

type DialogName = TargetAct | 'snooze' | 'details' | 'issue' | 'incident' | 'delete';

function Alert({ view }: { view: AlertView }): ReactElement {
  const { alert } = view;
  const { tab = 'details' } = useSearch({ from: '/inside/oncall/oncall/alerts/$id' });
  const navigate = useNavigate({ from: '/oncall/alerts/$id' });
  const { products } = useSignedIn();
  const actions = useAlertActions();
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const [writing, setWriting] = useState(false);
  const open = alert.status === 'open';
  const setTab = (next: AlertTab) => void navigate({ search: { tab: next === 'details' ? undefined : next }, replace: true });
  const { mutate: see } = useChange(() => api.post(`${rest}/alerts/${segment(alert.id)}/seen`), { stale: [], quiet: true });
  const custom = useChange((name: string) => actOnAlert(alert.id, `actions/${segment(name)}`), { stale: [keys.anyAlert], done: (name) => `${name} done` });

  // Others see that somebody looked; once, when the page opens.
  const unseen = !alert.seen;
  useEffect(() => {
    if (unseen) see();
  }, [unseen, see]);

  const writeNote = () => {
    holdKeys();
    setTab('notes');
    setWriting(true);
  };
  const run = (action: 'acknowledge' | 'unacknowledge' | 'close') => void actions.bulk([alert], action);
  const group = 'Alert';
  useCommands([
    { id: 'acknowledge', label: 'Acknowledge', keys: 'a', group, icon: 'check', disabled: !open || alert.acknowledged, run: () => run('acknowledge') },
    { id: 'unacknowledge', label: 'Unacknowledge', keys: 'u', group, disabled: !open || !alert.acknowledged, run: () => run('unacknowledge') },
    { id: 'close', label: 'Close the alert', keys: 'shift+c', group, icon: 'close', disabled: !open, run: () => run('close') },
    { id: 'snooze', label: 'Snooze…', keys: 's', group, icon: 'pause', disabled: !open, run: () => setDialog('snooze') },
    { id: 'escalate', label: 'Escalate…', keys: 'e', group, icon: 'arrowUp', disabled: !open, run: () => setDialog('escalate') },
    { id: 'assign', label: 'Assign…', keys: 'i', group, icon: 'user', disabled: !open, run: () => setDialog('assign') },
    { id: 'note', label: 'Add a note', keys: 'm', group, icon: 'comment', run: writeNote },
    { id: 'copy-link', label: 'Copy the alert’s address', group, icon: 'link', run: () => void copyText(location.href, 'the address') },
  ]);

  const items: MenuItem[] = [
    ...(open && alert.acknowledged ? [{ label: 'Unacknowledge', keys: 'u', icon: 'undo' as const, onSelect: () => run('unacknowledge') }] : []),
    ...(open
      ? ([
          { label: 'Escalate…', keys: 'e', icon: 'arrowUp', onSelect: () => setDialog('escalate') },
          { label: 'Assign…', keys: 'i', icon: 'user', onSelect: () => setDialog('assign') },
          { label: 'Add a responder…', icon: 'members', onSelect: () => setDialog('responders') },
        ] satisfies MenuItem[])
      : []),
    { label: 'Add a note', keys: 'm', icon: 'comment', onSelect: writeNote },
    { label: 'Edit details…', icon: 'edit', onSelect: () => setDialog('details') },
    ...(alert.actions.length > 0 ? [{ heading: 'Actions of the alert' }, ...alert.actions.map((name): MenuItem => ({ label: name, icon: 'bolt', onSelect: () => custom.mutate(name) }))] : []),
    'divider',
    ...(products.includes('tracker') ? [{ label: 'Create an issue…', icon: 'issues' as const, onSelect: () => setDialog('issue') }] : []),
    ...(products.includes('status') ? [{ label: 'Open a status incident…', icon: 'megaphone' as const, onSelect: () => setDialog('incident') }] : []),
    { label: 'Copy the address', icon: 'link', onSelect: () => void copyText(location.href, 'the address') },
    'divider',
    { label: 'Delete…', icon: 'trash', danger: true, onSelect: () => setDialog('delete') },
  ];

  return (
    <Page
      title={`#${alert.tinyId} ${alert.message}`}
      head={<Breadcrumb heading={false}>{[<Link key="alerts" to="/oncall/alerts">Alerts</Link>, `#${alert.tinyId}`]}</Breadcrumb>}
      actions={<Menu width={240} trigger={<IconButton icon="more" label="Actions" />} items={items} />}
    >
      <div className={css['page']}>
        <div className={css['main']}>
          <header className={css['head']}>
            <PriorityMark priority={alert.priority} />
            <Title key={alert.message} view={view} />
          </header>
          {open && (
            <div className={css['acts']}>
              {!alert.acknowledged && (
                <Button variant="primary" icon="check" onClick={() => run('acknowledge')}>
                  Acknowledge
                </Button>
              )}
              <Button icon="close" onClick={() => run('close')}>
                Close
              </Button>
              <Menu
                position="bottom-start"
                trigger={
                  <Button icon="pause" iconEnd="chevronDown">
                    Snooze
                  </Button>
                }
                items={[...snoozeChoices.map((choice): MenuItem => ({ label: choice.label, onSelect: () => void actions.snooze([alert], choice.until(Date.now())) })), 'divider', { label: 'Until…', onSelect: () => setDialog('snooze') }]}
              />
              <Button icon="arrowUp" onClick={() => setDialog('escalate')}>
                Escalate
              </Button>
            </div>
          )}
          <Tabs<AlertTab>
            label="Parts of the alert"
            value={tab}
            onChange={setTab}
            tabs={[
              { value: 'details', label: 'Details' },
              { value: 'responders', label: 'Responders', ...(view.recipients.length > 0 ? { count: new Set(view.recipients.map(({ user }) => user.id)).size } : {}) },
              { value: 'log', label: 'Activity', count: view.log.length },
              { value: 'notes', label: 'Notes', ...(view.notes.length > 0 ? { count: view.notes.length } : {}) },
              { value: 'payload', label: 'Raw payload' },
            ]}
          />
          <div className={css['tab']} role="tabpanel" aria-label={tab}>
            {tab === 'details' && <DetailsTab view={view} onEditDetails={() => setDialog('details')} />}
            {tab === 'responders' && <RespondersTab view={view} />}
            {tab === 'log' && <LogTab entries={view.log} />}
            {tab === 'notes' && <NotesTab view={view} writing={writing} onWriting={() => setWriting(false)} />}
            {tab === 'payload' && <PayloadTab payload={view.payload} />}
          </div>
        </div>
        <Properties view={view} onAddResponder={() => setDialog('responders')} />
      </div>
      {(dialog === 'escalate' || dialog === 'assign' || dialog === 'responders') && <TargetDialog alert={alert} act={dialog} onClose={() => setDialog(null)} />}
      {dialog === 'snooze' && <SnoozeDialog alert={alert} onClose={() => setDialog(null)} />}
      {dialog === 'details' && <DetailsDialog alert={alert} onClose={() => setDialog(null)} />}
      {dialog === 'issue' && <IssueDialog alert={alert} onClose={() => setDialog(null)} />}
      {dialog === 'incident' && <IncidentDialog alert={alert} onClose={() => setDialog(null)} />}
      {dialog === 'delete' && <DeleteDialog alert={alert} onClose={() => setDialog(null)} />}
    </Page>
  );
}

/** The message, which becomes an input where it stands. */
function Title({ view }: { view: AlertView }): ReactElement {
  const { id, message, status } = view.alert;
  const [draft, setDraft] = useState<string | null>(null);
  const save = useChange((text: string) => actOnAlert(id, 'message', { message: text }, 'PUT'), { stale: [keys.alerts, keys.anyAlert] });
  const finish = () => {
    const text = draft?.trim() ?? '';
    setDraft(null);
    if (text !== '' && text !== message) save.mutate(text);
  };
  if (draft !== null) {
    return (
      <input
        className={css['titleInput']}
        aria-label="Message"
        autoFocus
        maxLength={130}
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={finish}
        onKeyDown={(event) => {
          if (event.key === 'Enter') finish();
          if (event.key === 'Escape') setDraft(null);
        }}
      />
    );
  }
  return (
    <h1 className={css['title']}>
      {save.isPending ? save.variables : message}
      {status === 'open' && <IconButton icon="edit" size="s" label="Edit the message" onClick={() => setDraft(message)} />}
    </h1>
  );
}
