/** The project in which the platform keeps the telemetry of itself, apart from every figure of its users. */
export const platformProject = { slug: 'plimsoll-itself', name: 'Plimsoll itself' } as const;
