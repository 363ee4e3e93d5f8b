import classes from './prompt-diff.module.css';
import { diffWords } from './word-diff.js';

/** Two texts in one, with what was taken out and what came in. */
export function WordDiff({ before, after }: { before: string; after: string }) {
  return (
    <pre className="block">
      {diffWords(before, after).map(({ kind, text }, index) =>
        kind === 'same' ? (
          text
        ) : kind === 'added' ? (
          <ins key={index} className={classes.added}>
            {text}
          </ins>
        ) : (
          <del key={index} className={classes.removed}>
            {text}
          </del>
        ),
      )}
    </pre>
  );
}
