import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { peopleQuery } from './queries';
import type { User } from './wire';

export interface Person {
  accountId: string;
  displayName: string;
}

const none: readonly User[] = [];

export interface People {
  all: readonly User[];
  /** By username or id; somebody unknown keeps the word that named them. */
  person: (word: string) => Person;
}

/** Names for the usernames that alerts and schedules speak of. */
export function usePeople(): People {
  const { data = none } = useQuery(peopleQuery);
  return useMemo(() => {
    const byWord = new Map<string, User>(data.flatMap((user) => [[user.username, user] as const, [user.id, user] as const]));
    return {
      all: data,
      person: (word) => {
        const user = byWord.get(word);
        return { accountId: user?.id ?? word, displayName: user?.fullName || user?.username || word };
      },
    };
  }, [data]);
}
