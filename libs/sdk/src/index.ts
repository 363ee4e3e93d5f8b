export { CallContextProcessor } from './call-processor.js';
export { type CallContext, feature, promptVersion, session, user, withCall } from './context.js';
export { type Change, EventQueue, type EventQueueOptions, type Feedback, type Outcome } from './events.js';
export { aiTelemetry } from './vercel-ai.js';
export { wrapOpenAI } from './wrap-openai.js';
