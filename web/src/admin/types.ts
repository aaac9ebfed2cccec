import type { InferRequestType, InferResponseType } from 'hono/client';
import type { api, root } from '../api/client.ts';

type Admin = typeof api.admin;

export type Session = InferResponseType<Admin['session']['$get'], 200>;
export type Users = InferResponseType<Admin['users']['$get'], 200>;
export type User = Users['users'][number];
export type UserSort = NonNullable<InferRequestType<Admin['users']['$get']>['query']['sort']>;
export type AdminPage = InferResponseType<Admin['images']['$get'], 200>;
export type AdminItem = AdminPage['items'][number];
export type PurgePlan = InferResponseType<Admin['purge-trash']['preview']['$get'], 200>;
export type Jobs = InferResponseType<Admin['jobs']['$get'], 200>;
export type Job = Jobs['jobs'][number];
export type JobRun = Jobs['recent'][number];
export type AuditLog = InferResponseType<Admin['audit']['$get'], 200>;
export type AuditEntry = AuditLog['entries'][number];
export type Health = InferResponseType<(typeof root)['healthz']['$get'], 200>;
/** What a long piece of work found, by names of its own. */
export type Report = Readonly<Record<string, unknown>>;
/** Asked for as JSON: the same call can also answer with a text of CSV. */
export type QuotaReport = Extract<InferResponseType<Admin['quota-report']['$get'], 200>, { users: unknown }>;
export type QuotaRow = QuotaReport['users'][number];
export type QuotaPolicy = QuotaRow['policy'];
export type UserQuota = InferResponseType<Admin['users'][':id']['quota']['$get'], 200>;
