import type { Span, Suspect, Trace } from '@plimsoll/contract';
import { useApi } from '../api/queries.js';
import { SidePanel } from '../design/dialog.js';
import { Empty, Failure, Waiting } from '../design/states.js';
import type { IncidentExamples } from './exemplar-panels.js';
import { WordDiff } from './word-diff-view.js';

interface PromptDiffDrawerProps {
  opened: boolean;
  onClose: () => void;
  suspect: Suspect | undefined;
  examples: IncidentExamples | null;
}

/** The system prompts of the two versions, as recorded in a bad and a good call. */
export function PromptDiffDrawer({ opened, onClose, suspect, examples }: PromptDiffDrawerProps) {
  return (
    <SidePanel
      opened={opened}
      onClose={onClose}
      size="xl"
      position="right"
      title={suspect ? `Prompt, ${suspect.from ?? 'before'} to ${suspect.to ?? 'after'}` : 'Prompt'}
    >
      <PromptDiff suspect={suspect} examples={examples} />
    </SidePanel>
  );
}

function PromptDiff({ suspect, examples }: { suspect: Suspect | undefined; examples: IncidentExamples | null }) {
  const after = examples?.bad.find(({ promptVersion }) => promptVersion === suspect?.to) ?? examples?.bad[0];
  const before = examples?.good.find(({ promptVersion }) => promptVersion === suspect?.from) ?? examples?.good[0];
  const afterTrace = useTraceOf(after?.traceId);
  const beforeTrace = useTraceOf(before?.traceId);
  if (!after || !before) return <Empty title="No pair of calls is stored to compare." />;
  const failed = afterTrace.isError ? afterTrace : beforeTrace.isError ? beforeTrace : null;
  if (failed) return <Failure what="The prompts" error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!afterTrace.data || !beforeTrace.data) return <Waiting />;
  const afterText = systemPrompt(afterTrace.data, after.spanId);
  const beforeText = systemPrompt(beforeTrace.data, before.spanId);
  if (afterText === null || beforeText === null) {
    return <Empty title="The prompt text is not recorded.">The client does not send content, or it has expired.</Empty>;
  }
  if (afterText === beforeText) return <Empty title="Both calls carry the same system prompt." />;
  return <WordDiff before={beforeText} after={afterText} />;
}

function useTraceOf(traceId: string | undefined) {
  return useApi<Trace>(`/traces/${traceId ?? ''}`, { enabled: traceId !== undefined, keep: false });
}

function systemPrompt(trace: Trace, spanId: string): string | null {
  const span: Span | undefined = trace.items.find((item) => item.spanId === spanId);
  const message = span?.input?.find(({ role }) => role === 'system' || role === 'developer');
  return span?.system ?? message?.text ?? null;
}
