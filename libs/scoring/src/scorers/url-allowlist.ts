import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';

const hostsIn = (text: string): string[] =>
  [...text.matchAll(/\bhttps?:\/\/([^\s/?#:)\]"'<>]+)/giu)].map(([, host]) =>
    (host ?? '').toLowerCase().replace(/[.,;!]+$/u, ''),
  );

/** Whether every link of the answer leads to an allowed host. */
export const urlAllowlist = defineScorer({
  id: 'url_allowlist',
  title: 'Allowed links only',
  description: 'Every http(s) link leads to one of the given hosts or their subdomains.',
  output: 'binary',
  better: 'higher',
  settings: z.strictObject({ hosts: z.array(z.string().min(1)).min(1).max(200) }),
  example: { hosts: ['example.com'] },
  prepare: (settings) => {
    const allowed = settings.hosts.map((host) => host.toLowerCase());
    return (subject) => {
      const other = hostsIn(subject.output).find(
        (host) => !allowed.some((name) => host === name || host.endsWith(`.${name}`)),
      );
      return binary(other === undefined, other ?? null);
    };
  },
});
