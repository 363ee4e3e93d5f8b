import { z } from 'zod';

/** How loudly an incident is told; there are no more levels than these. */
export const severity = z.enum(['page', 'ticket']);
