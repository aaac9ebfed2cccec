import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, until } from '../../api/client.ts';

const KEY = ['admin', 'jobs'] as const;
const LOOK_AGAIN_MS = 5_000;
/** While one runs. */
const SOON_MS = 1_000;

/** What is done by the clock, as it is now. */
export function useJobs() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => answerOf(api.admin.jobs.$get({}, until(signal))),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data?.jobs.some(({ running }) => running) === true ? SOON_MS : LOOK_AGAIN_MS,
  });
}

/** Runs a job now; the answer comes at its end. */
export function useRunJob(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ['admin', 'run-job', name],
    mutationFn: () => answerOf(api.admin.jobs[':name'].run.$post({ param: { name }, query: {} })),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

/** What a job would do now; two of them can tell. */
export const CAN_PREVIEW: readonly string[] = ['sweep', 'purge-trash'];

export function useJobPreview(name: string, isWanted: boolean) {
  return useQuery({
    queryKey: ['admin', 'job-preview', name],
    queryFn: ({ signal }) =>
      answerOf(
        api.admin.jobs[':name'].run.$post({ param: { name }, query: { dry_run: 'true' } }, until(signal)),
      ),
    enabled: isWanted,
    staleTime: 0,
    gcTime: 0,
  });
}
