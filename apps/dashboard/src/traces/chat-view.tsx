import type { Span } from '@plimsoll/contract';
import { useState } from 'react';
import classes from './trace-page.module.css';

const clipLines = 20;
const clipCharacters = 1600;

/** Input and output as a conversation. Text is shown as text: nothing in it is rendered, loaded or run. */
export function ChatView({ span }: { span: Span }) {
  const messages = span.input ?? [];
  const hasSystem = messages.some(({ role }) => role === 'system');
  const calls = span.toolCalls ?? [];
  const nothing = messages.length === 0 && span.output === null && span.system === null && calls.length === 0;
  if (nothing) return <span className="muted">Content not recorded.</span>;
  return (
    <div className="stack" style={{ gap: 8 }}>
      {span.contentFromLogs && <span className="muted">The content came as log records.</span>}
      {span.system !== null && !hasSystem && <Message role="system" text={span.system} />}
      {messages.map(({ role, text }, index) => (
        <Message key={index} role={role} text={text} />
      ))}
      {span.output !== null && <Message role="assistant" label="assistant, this call's answer" text={span.output} />}
      {calls.map((call, index) => (
        <Message
          key={call.id ?? index}
          role="assistant"
          label={`calls ${call.name}`}
          text={typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments, null, 2)}
        />
      ))}
    </div>
  );
}

function Message({ role, label, text }: { role: string; label?: string; text: string | null }) {
  const [open, setOpen] = useState(false);
  const long = text !== null && (text.length > clipCharacters || text.split('\n').length > clipLines);
  return (
    <div className={classes.message} data-role={role === 'developer' ? 'system' : role}>
      <div className={classes.role}>{label ?? role}</div>
      {text === null ? (
        <p className={`${classes.text} muted`}>no text</p>
      ) : (
        <p className={classes.text} dir="auto" data-clipped={long && !open}>
          {text}
        </p>
      )}
      {long && (
        <button type="button" className="link-button" onClick={() => setOpen(!open)}>
          {open ? 'Show less' : `Show all ${text.length.toLocaleString('en-GB')} characters`}
        </button>
      )}
    </div>
  );
}
