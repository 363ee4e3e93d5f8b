import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PlimsollError, type Settings } from '@plimsoll/contract';
import { ApiClient } from './start/api-client.js';
import { readRunning } from './start/running.js';

function bootstrapKey(settings: Settings): string {
  if (settings.bootstrapApiKey !== undefined) return settings.bootstrapApiKey;
  try {
    return readFileSync(resolve(settings.dataDir, 'bootstrap.key'), 'utf8').trim();
  } catch (cause) {
    throw new PlimsollError('invalid_input', 'PLIMSOLL_BOOTSTRAP_API_KEY: set it as the running platform has it', {
      field: 'PLIMSOLL_BOOTSTRAP_API_KEY',
      cause,
    });
  }
}

/** `plimsoll sign-in`: prints a new one-time link of the platform that runs on this data directory. */
export async function signIn(settings: Settings): Promise<void> {
  const running = readRunning(resolve(settings.dataDir));
  if (running === null) {
    throw new PlimsollError(
      'unavailable',
      `no Plimsoll runs with its data in ${resolve(settings.dataDir)}: start it (npm start), or set PLIMSOLL_DATA_DIR as it has it`,
    );
  }
  const token = await new ApiClient(running.apiUrl, bootstrapKey(settings)).signInToken();
  process.stdout.write(`${running.dashboardUrl}/sign-in?token=${token}\n`);
}
