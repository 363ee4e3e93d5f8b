import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

export type PageWords = Readonly<Record<string, string | string[] | undefined>>;
export type SetPageWords = (change: Record<string, string | string[] | undefined>, push?: boolean) => void;

/** The words of the address that belong to the page: filters, sorting, selection. Undefined removes one. */
export function usePageSearch(): [PageWords, SetPageWords] {
  const words: PageWords = useSearch({ strict: false });
  const navigate = useNavigate();
  const setWords = useCallback<SetPageWords>(
    (change, push = false) => {
      void navigate({
        to: '.',
        search: (previous: Record<string, string | string[] | undefined>) => ({ ...previous, ...change }),
        replace: !push,
      });
    },
    [navigate],
  );
  return [words, setWords];
}

/** The single value of a word, where a list makes no sense. */
export function oneWord(words: PageWords, name: string): string | undefined {
  const value = words[name];
  return Array.isArray(value) ? value[0] : value;
}
