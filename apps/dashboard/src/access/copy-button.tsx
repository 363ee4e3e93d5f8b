import { Button } from '@mantine/core';
import { announce } from '../shell/announce.js';

export function CopyButton({ text, label = 'Copy', className }: { text: string; label?: string; className?: string }) {
  return (
    <Button
      className={className ?? ''}
      onClick={() => void navigator.clipboard.writeText(text).then(() => announce('Copied'))}
    >
      {label}
    </Button>
  );
}
