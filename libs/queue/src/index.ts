export { connectQueue, type QueueBackend, type QueueStores } from './backend.js';
export { addOrder, type JobHandlers, orderOptions, queueNames, runJob, scheduleOrders } from './orders.js';
export { tellErrors } from './tell-errors.js';
