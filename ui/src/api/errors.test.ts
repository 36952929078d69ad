import { expect, it } from 'vitest';
import { readError } from './errors';

it.each<[string, unknown, { message: string; fields?: Record<string, string>; requestId?: string }]>([
  ['the platform', { title: 'Bad request', detail: 'The name is taken.', requestId: 'r1', fields: { name: 'is taken' } }, { message: 'The name is taken.', fields: { name: 'is taken' }, requestId: 'r1' }],
  ['Jira, about a field', { errorMessages: [], errors: { summary: 'Summary is required.' } }, { message: 'Summary is required.', fields: { summary: 'Summary is required.' } }],
  ['Jira, in general', { errorMessages: ['One.', 'Two.'], errors: {} }, { message: 'One. Two.' }],
  ['Confluence v1', { statusCode: 404, data: { authorized: true, valid: true, errors: [] }, message: 'com.atlassian.confluence.api.service.exceptions.NotFoundException: No page with id 7' }, { message: 'No page with id 7' }],
  ['Confluence v2', { errors: [{ status: 400, code: 'INVALID_REQUEST_PARAMETER', title: "Provided value is not a number", detail: null }] }, { message: 'Provided value is not a number' }],
  ['Confluence v2 with a detail', { errors: [{ status: 409, code: 'CONFLICT', title: 'Version conflict.', detail: 'Version 3 was published.' }] }, { message: 'Version conflict. Version 3 was published.' }],
  ['Opsgenie', { message: 'Request body is not processable.', took: 0.1, requestId: 'og1', errors: { message: 'may not be empty' } }, { message: 'Request body is not processable.', fields: { message: 'may not be empty' }, requestId: 'og1' }],
  ['Statuspage, one text', { error: 'Could not authenticate' }, { message: 'Could not authenticate' }],
  ['Statuspage, several', { error: ["Name can't be blank", 'Status is not included in the list'] }, { message: "Name can't be blank Status is not included in the list" }],
  ['Statuspage, by field', { error: { name: ["can't be blank"] } }, { message: "can't be blank", fields: { name: "can't be blank" } }],
  ['nothing to read', 'gateway', { message: '' }],
])('reads %s', (_dialect, body, { message, fields = {}, requestId = null }) => {
  expect(readError(body)).toEqual({ message, fields, requestId });
});
