export { CallContextProcessor } from './call-processor.js';
export { type CallContext, feature, promptVersion, session, user, withCall } from './context.js';
export { EventQueue, type EventQueueOptions } from './event-queue.js';
export type { Change, Feedback, Outcome } from './event-types.js';
export { change, connect, feedback, outcome } from './events.js';
export { aiTelemetry, wrapAiSdk } from './vercel-ai.js';
export { wrapOpenAI } from './wrap-openai.js';
