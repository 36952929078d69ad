import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { api, type Project } from '../../api';
import { Button, Dialog, ErrorState, toast } from '../../kit';
import { keys } from '../stale';

/** Sends a project to the trash, with the way back in the toast. */
function useDeleteProject(done: () => void) {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: keys.projects });
  const restore = useMutation({
    mutationFn: (project: Project) => api.post(`/rest/api/3/project/${project.key}/restore`),
    onSuccess: async (_data, project) => {
      await refresh();
      toast({ title: `${project.name} is back`, tone: 'success' });
    },
  });
  return useMutation({
    mutationFn: (project: Project) => api.delete(`/rest/api/3/project/${project.key}`, { query: { enableUndo: true } }),
    meta: { quiet: true },
    onSuccess: async (_data, project) => {
      await refresh();
      toast({ title: `${project.name} is in the trash`, undo: () => restore.mutate(project) });
      done();
    },
  });
}

/** Says what goes and how it comes back. */
export function DeleteProjectDialog({ project, onClose, onDeleted }: { project: Project; onClose: () => void; onDeleted?: () => void }): ReactElement {
  const remove = useDeleteProject(() => {
    onClose();
    onDeleted?.();
  });
  const issues = project.insight?.totalIssueCount;
  return (
    <Dialog
      title={`Delete ${project.name}?`}
      onClose={onClose}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Keep it
          </Button>
          <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate(project)}>
            Move to the trash
          </Button>
        </>
      }
    >
      <p>
        The project{issues === undefined ? ' and its issues' : ` and its ${issues.toLocaleString()} ${issues === 1 ? 'issue' : 'issues'}`} go to the
        trash and are no longer found. You can take this back from the message that follows; later, an administrator can restore the project or use
        the time machine.
      </p>
      {remove.error && <ErrorState compact what="delete the project" error={remove.error} />}
    </Dialog>
  );
}
