import { PlimsollError } from '@plimsoll/contract';
import { z } from 'zod';

const settings = z.object({
  PLIMSOLL_DEMO_API_URL: z.url(),
  PLIMSOLL_DEMO_OTLP_URL: z.url(),
  PLIMSOLL_DEMO_API_KEY: z.string().min(16),
});

export interface DemoSettings {
  apiUrl: string;
  otlpUrl: string;
  /** Full-scope key of the demo's project. */
  apiKey: string;
}

/** @throws PlimsollError `invalid_input` naming the variable. */
export function readDemoSettings(environment: Readonly<Record<string, string | undefined>>): DemoSettings {
  const parsed = settings.safeParse(environment);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    throw new PlimsollError('invalid_input', `${name}: ${issue?.message}`, { field: name });
  }
  return {
    apiUrl: parsed.data.PLIMSOLL_DEMO_API_URL.replace(/\/$/, ''),
    otlpUrl: parsed.data.PLIMSOLL_DEMO_OTLP_URL.replace(/\/$/, ''),
    apiKey: parsed.data.PLIMSOLL_DEMO_API_KEY,
  };
}
