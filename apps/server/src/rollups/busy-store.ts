import { slotSeconds } from './dirty-minutes.js';

/** What two cores store beside their passes without waiting for anybody. */
const busyRowsASecond = 2_000;
/** Whole slots of arrival that are looked at, beside the one that is still open. */
const lookedAt = 2;

/** Whether so much arrives at the moment that who reads it should wait. `nowMicros` is the store's clock. */
export function isBusy(slots: readonly { readonly slot: number; readonly rows: number }[], nowMicros: bigint): boolean {
  const open = Number(nowMicros / BigInt(slotSeconds * 1_000_000));
  const rows = slots.reduce((sum, each) => (each.slot >= open - lookedAt ? sum + each.rows : sum), 0);
  return rows > busyRowsASecond * slotSeconds * lookedAt;
}
