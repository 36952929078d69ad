import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Checkbox, Dialog, ErrorState, toast } from '../../kit';
import { refused } from '../parts/say';
import { pageTo, spaceTo } from '../paths';
import { pagePath } from '../queries';
import { keys } from '../stale';

interface TrashPageDialogProps {
  page: { id: string; title: string; spaceKey: string; children: number; parentId?: string | undefined };
  /** The page is what one looks at. */
  open: boolean;
  onClose: () => void;
}

export function TrashPageDialog({ page, open, onClose }: TrashPageDialogProps): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [descendants, setDescendants] = useState(false);
  const settled = () => Promise.all([keys.trees, keys.lists].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const restore = () =>
    void api.post(`${pagePath(page.id)}/restore`, page.parentId ? { parentId: page.parentId } : {}).then(
      async () => {
        await settled();
        void navigate(pageTo({ id: page.id, spaceKey: page.spaceKey, title: page.title }));
      },
      (error: unknown) => refused(`Restoring ${page.title}`, error),
    );
  const trash = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.delete(pagePath(page.id), { query: { descendants } }),
    onSuccess: async () => {
      await settled();
      toast({ title: `${page.title} is in the trash`, undo: restore });
      onClose();
      if (open) void navigate(page.parentId ? { to: '/wiki/spaces/$key/pages/$id', params: { key: page.spaceKey, id: page.parentId } } : spaceTo(page.spaceKey));
    },
  });
  return (
    <Dialog
      title={`Move ${page.title} to the trash?`}
      width={460}
      onClose={onClose}
      onSubmit={() => trash.mutate()}
      footer={
        <>
          <Button variant="subtle" data-autofocus onClick={onClose}>
            Keep it
          </Button>
          <Button type="submit" variant="danger" busy={trash.isPending}>
            Move to trash
          </Button>
        </>
      }
    >
      <p>It leaves the tree and the search and can be restored from the trash of the space, with its versions, comments and files.</p>
      {page.children > 0 && <Checkbox label="The pages below it too; else they move up" checked={descendants} onChange={(event) => setDescendants(event.currentTarget.checked)} />}
      {trash.error && <ErrorState compact what="move the page to the trash" error={trash.error} />}
    </Dialog>
  );
}
