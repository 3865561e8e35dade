import { expect, test } from 'vitest'
import { cameBack } from './provider'

const of = (href: string) => cameBack(new URL(href, 'https://gatelog.example.com'))

test('the door reads what opens it, and other pages do not', () => {
  expect(of('/welcome')).toEqual({ kind: 'nothing' })
  expect(of('/welcome#gl_br_a%5F')).toEqual({ kind: 'link', token: 'gl_br_a_' })
  expect(of('/welcome#100%')).toEqual({ kind: 'link', token: '100%' })
  expect(of('/welcome?provider=unreachable')).toEqual({ kind: 'unreachable' })
  const answer = { state: 's', code: 'c+/=', iss: 'https://login.example.com' }
  expect(of(`/welcome?${new URLSearchParams({ ...answer, session_state: 'x' })}`)).toEqual({ kind: 'answer', answer })
  expect(of('/welcome?error=access_denied&state=s&error_description=Call%20us')).toEqual({
    kind: 'answer',
    answer: { state: 's', error: 'access_denied' },
  })
  expect(of('/welcome?code=c')).toEqual({ kind: 'nothing' })
  expect(of('/logs?state=s&code=c')).toEqual({ kind: 'nothing' })
})
