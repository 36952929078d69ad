import type { ReactElement } from 'react';
import { SmartLinkChip } from './SmartLink';

export interface Piece {
  text: string;
  link: boolean;
}

/** Cuts a text at the addresses in it, so that they can be followed. */
export function linked(text: string): Piece[] {
  return text
    .split(/(https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:!?])/)
    .map((part, i) => ({ text: part, link: i % 2 === 1 }))
    .filter((part) => part.text !== '');
}

/** Text as it came, with its addresses made links that say what they lead to. */
export function LinkedText({ children }: { children: string }): ReactElement {
  return <>{linked(children).map((piece, i) => (piece.link ? <SmartLinkChip key={i} url={piece.text} /> : piece.text))}</>;
}
