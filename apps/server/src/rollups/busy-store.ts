/** What two cores store beside the passes over changed minutes without waiting for anybody. */
const busyRowsASecond = 2_000;
/** Whole slots of arrival are looked at that reach back so far, beside the one that is still open. */
const lookedAtSeconds = 20;

/** Whether so much arrives at the moment that who reads it should wait. `nowMicros` is the store's clock. */
export function isBusy(
  slots: readonly { readonly slot: number; readonly rows: number }[],
  nowMicros: bigint,
  slotSeconds: number,
  rowsASecond: number = busyRowsASecond,
): boolean {
  const open = Number(nowMicros / BigInt(slotSeconds * 1_000_000));
  const rows = slots.reduce(
    (sum, each) => (each.slot >= open - lookedAtSeconds / slotSeconds ? sum + each.rows : sum),
    0,
  );
  return rows > rowsASecond * lookedAtSeconds;
}
