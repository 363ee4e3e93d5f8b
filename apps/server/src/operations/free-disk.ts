import { statfsSync } from 'node:fs';
import { Inject, Injectable, Module } from '@nestjs/common';
import type { Settings } from '@plimsoll/contract';
import { Gauge, register } from 'prom-client';
import { SETTINGS } from '../stores/settings.js';

const metricName = 'plimsoll_free_disk_bytes';
const bytesAMegabyte = 1024 * 1024;
const measuredForMs = 1_000;

/** Room on the disk that holds the data directory, measured at most once a second. Without one there is nothing to measure. */
@Injectable()
export class FreeDisk {
  private measured: { readonly bytes: number | null; readonly until: number } = { bytes: null, until: 0 };

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    // One registry a process, also when it plays several roles or a test makes a second one.
    register.removeSingleMetric(metricName);
    const gauge: Gauge = new Gauge({
      name: metricName,
      help: 'Bytes that are free on the disk of the data directory; -1 where this process has none',
      collect: () => {
        gauge.set(this.bytes(Date.now()) ?? -1);
      },
    });
  }

  /** Why nothing more should be written, or null. */
  problem(nowMs: number): string | null {
    const mark = this.settings.minFreeDiskMb;
    const bytes = mark === 0 ? null : this.bytes(nowMs);
    if (bytes === null || bytes >= mark * bytesAMegabyte) return null;
    const left = Math.floor(bytes / bytesAMegabyte);
    return `the disk of the data directory has ${left} MB left, less than the ${mark} MB of PLIMSOLL_MIN_FREE_DISK_MB`;
  }

  private bytes(nowMs: number): number | null {
    if (nowMs >= this.measured.until) {
      this.measured = { bytes: freeBytes(this.settings.dataDir), until: nowMs + measuredForMs };
    }
    return this.measured.bytes;
  }
}

/** Null where there is no such directory: the stores are elsewhere. */
function freeBytes(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

@Module({ providers: [FreeDisk], exports: [FreeDisk] })
export class FreeDiskModule {}
