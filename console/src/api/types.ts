import type { components, paths } from './schema.js';

type Schemas = components['schemas'];

export type AuditRecord = Schemas['Record'];
export type ComparedSkill = Schemas['ComparedSkill'];
export type Job = Schemas['Job'];
export type ListedUser = Schemas['ListedUser'];
export type Me = Schemas['Me'];
export type Permission = Schemas['Permission'];
export type Problem = Schemas['Problem'];
export type Reconciliation = Schemas['Reconciliation'];
export type Role = Schemas['Role'];
export type Skill = Schemas['Skill'];
export type SkillLevel = Schemas['SkillLevel'];
export type SkillPreset = Schemas['SkillPreset'];
export type SkillSet = Schemas['SkillSet'];
export type Status = Schemas['Status'];
export type StatusFilter = Schemas['StatusFilter'];
export type SyncState = Schemas['SyncState'];
export type Team = Schemas['Team'];
export type TemporarySkill = Schemas['TemporarySkill'];
export type User = Schemas['User'];
export type UserList = Schemas['UserList'];

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths of the contract that have an operation with this method. */
export type Path<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];

export type Operation<M extends Method, P extends Path<M>> = paths[P][M];

type Parameters<Op, Place extends string> = Op extends { parameters: Record<Place, infer Values> } ? Values : never;
export type Query<Op> = Op extends { parameters: { query?: infer Values } } ? Values : never;
export type PathValues<Op> = Parameters<Op, 'path'>;
export type Body<Op> = Op extends { requestBody?: { content: { 'application/json': infer Json } } }
  ? Json
  : Op extends { requestBody: { content: { 'application/json': infer Json } } }
    ? Json
    : never;

type Success<Responses> = { [S in keyof Responses & (200 | 201 | 202)]: Responses[S] }[keyof Responses &
  (200 | 201 | 202)];
/** The JSON of a successful response; `undefined` where it has none. */
export type Answer<Op> = Op extends { responses: infer Responses }
  ? Success<Responses> extends { content: { 'application/json': infer Json } }
    ? Json
    : undefined
  : never;
