/** Names of the alarms about silence; no tier of a policy may take them. */
export const silenceAlarms = { absent: 'data absent', insufficient: 'too few samples' } as const;
export type SilenceAlarm = keyof typeof silenceAlarms;

/** Name of the alarm of an objective whose nightly self-test would page nobody. */
export const selfTestAlarm = 'self-test';
