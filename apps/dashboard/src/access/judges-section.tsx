import { Button } from '@mantine/core';
import type { judgeEndpoint } from '@plimsoll/contract';
import { useMemo, useState } from 'react';
import type { z } from 'zod';
import { useProject } from '../api/queries.js';
import type { Column } from '../design/data-table.js';
import { Dialog } from '../design/dialog.js';
import { formatMoney } from '../design/format.js';
import { Status } from '../design/status.js';
import { CallForm } from '../form/call-form.js';
import { given, type Field } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';

type JudgeEndpoint = z.infer<typeof judgeEndpoint>;

/** Models that grade answers, what they may cost a day and whether they answer. */
export function JudgesSection() {
  const [editing, setEditing] = useState<JudgeEndpoint | 'new' | null>(null);
  const currency = useProject()?.currency;
  const columns = useMemo(() => judgeColumns(currency, setEditing), [currency]);
  const close = () => setEditing(null);
  return (
    <>
      <RecordsPanel<JudgeEndpoint>
        title="Judge models"
        path="/judges"
        columns={columns}
        rowId={({ id }) => id}
        empty={{
          title: 'No judge model is set.',
          text: 'A scorer of the kind "judge" asks a model of yours whether an answer meets a criterion.',
        }}
        aside={
          <Button variant="filled" onClick={() => setEditing('new')}>
            New judge model
          </Button>
        }
      />
      <Dialog
        opened={editing !== null}
        onClose={close}
        title={editing === 'new' ? 'New judge model' : 'Change a judge'}
      >
        {editing !== null && <JudgeForm judge={editing === 'new' ? null : editing} onDone={close} />}
      </Dialog>
    </>
  );
}

function judgeColumns(currency: string | undefined, edit: (judge: JudgeEndpoint) => void): Column<JudgeEndpoint>[] {
  return [
    { id: 'name', header: 'Name', value: ({ name }) => name, cell: ({ name }) => name },
    { id: 'model', header: 'Model', value: ({ model }) => model, cell: ({ model }) => model },
    { id: 'url', header: 'Address', wide: true, cell: ({ baseUrl }) => <span className="mono">{baseUrl}</span> },
    {
      id: 'spent',
      header: 'Spent today',
      numeric: true,
      value: ({ spentToday }) => Number(spentToday),
      cell: ({ spentToday, dailyBudget }) => (
        <>
          {formatMoney(spentToday, currency)}{' '}
          <span className="muted">
            {dailyBudget === null ? 'no limit' : `of ${formatMoney(dailyBudget, currency)}`}
          </span>
        </>
      ),
    },
    {
      id: 'health',
      header: 'Health',
      cell: ({ lastError }) =>
        lastError === null ? (
          <Status color="ok">no error</Status>
        ) : (
          <>
            <Status color="failing">fails</Status> <span className="muted">{lastError}</span>
          </>
        ),
    },
    {
      id: 'actions',
      header: '',
      numeric: true,
      cell: (judge) => <Button onClick={() => edit(judge)}>Change</Button>,
    },
  ];
}

function JudgeForm({ judge, onDone }: { judge: JudgeEndpoint | null; onDone: () => void }) {
  const [id] = useState(() => judge?.id ?? newId());
  const fields: Field[] = [
    { name: 'name', label: 'Name', required: true, initial: judge?.name ?? '' },
    {
      name: 'baseUrl',
      label: 'Address',
      required: true,
      placeholder: 'https://api.openai.com/v1',
      hint: 'Of an API that speaks as OpenAI does',
      initial: judge?.baseUrl ?? '',
    },
    { name: 'model', label: 'Model', required: true, initial: judge?.model ?? '' },
    {
      name: 'apiKey',
      label: 'Key',
      kind: 'secret',
      hint: judge?.hasKey ? 'Empty: the one that is kept, for the same host' : undefined,
    },
    {
      name: 'dailyBudget',
      label: 'May cost a day',
      kind: 'number',
      hint: 'Empty: no limit. Answers beyond it are counted as over budget, never as good',
      initial: judge?.dailyBudget ?? '',
    },
  ];
  return (
    <CallForm
      stacked
      fields={fields}
      action="Save"
      invalidates={['/judges']}
      request={(values) => ({
        path: `/judges/${id}`,
        method: 'PUT',
        body: given(values, 'name', 'baseUrl', 'model', 'apiKey', 'dailyBudget'),
      })}
      onDone={onDone}
    />
  );
}

/** A UUID also where the page is not served securely and `crypto.randomUUID` is missing. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
