import { Button, TextInput } from '@mantine/core';
import type { Session } from '@plimsoll/contract';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { callApi } from '../api/client.js';
import { sessionKey } from '../api/queries.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import classes from './access.module.css';

/** Exchanges the one-time token of the sign-in link for a session cookie. */
export function SignInPage() {
  const [words] = usePageSearch();
  const linkToken = oneWord(words, 'token') ?? '';
  const [token, setToken] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(linkToken !== '');
  const navigate = useNavigate();
  const client = useQueryClient();

  const signIn = async (value: string) => {
    setBusy(true);
    setFailure(null);
    try {
      const session = await callApi<Session>('/session', { method: 'POST', body: { token: value } });
      client.setQueryData(sessionKey, session);
      await navigate({ to: '/', search: {}, replace: true });
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  // A token works once: StrictMode's second run of the effect must not spend it again.
  const spent = useRef('');
  useEffect(() => {
    if (linkToken === '' || spent.current === linkToken) return;
    spent.current = linkToken;
    void signIn(linkToken);
  });

  return (
    <main className={classes.signIn}>
      <h1 className="page-title">Plimsoll</h1>
      {busy ? (
        <p role="status">Signing in…</p>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            const pasted = token.trim();
            void signIn(/[?&]token=([^&\s]+)/.exec(pasted)?.[1] ?? pasted);
          }}
        >
          <p>
            Open the one-time link that <code>plimsoll start</code> printed, or paste it here. A new one is made by{' '}
            <code>plimsoll sign-in</code>.
          </p>
          <TextInput
            label="Sign-in link or token"
            required
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            error={failure ?? undefined}
          />
          <Button type="submit" variant="filled">
            Sign in
          </Button>
        </form>
      )}
    </main>
  );
}
