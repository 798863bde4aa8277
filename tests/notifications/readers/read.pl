# What Perl's MIME tools and Email::MIME read in each mail of a folder: one line of JSON per mail and reader.
use strict;
use warnings;
use Email::Address::XS;
use Email::MIME;
use JSON::PP;
use MIME::Parser;
use MIME::WordDecoder;

my ($folder) = @ARGV;
my $json = JSON::PP->new->canonical->ascii;

sub mailbox {
    my ($field, $decoded) = @_;
    return undef unless defined $field;
    my ($found) = Email::Address::XS->parse($field);
    return undef unless $found;
    my $name = $found->phrase;
    $name = mime_to_perl_string($name) if defined $name && $decoded;
    return [$name // '', $found->address];
}

sub unfolded { my ($text) = @_; return undef unless defined $text; $text =~ s/\r?\n(?=[ \t])//g; $text =~ s/\r?\n\z//; return $text; }

for my $file (sort glob("$folder/*")) {
    open my $in, '<:raw', $file or die $!;
    my $raw = do { local $/; <$in> };
    my $parser = MIME::Parser->new;
    $parser->output_to_core(1);
    $parser->tmp_to_core(1);
    my $head = $parser->parse_data($raw)->head;
    my %tools = (subject => mime_to_perl_string(unfolded($head->get('Subject'))));
    $tools{$_->[0]} = mailbox(unfolded($head->get($_->[1])), 1) for ['from', 'From'], ['to', 'To'], ['reply', 'Reply-To'];
    my $email = Email::MIME->new($raw);
    my %other = (subject => $email->header_str('Subject'));
    for my $one (['from', 'From'], ['to', 'To'], ['reply', 'Reply-To']) {
        $other{$one->[0]} = mailbox($email->header_raw($one->[1]), 1);
    }
    print $json->encode(\%tools), "\n", $json->encode(\%other), "\n";
}
